"""The addresses of the public pages."""

from django.urls import path

from . import pictures, scorecards, searching, sharing, standings, trying, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.articles, name="articles"),
    path("articles/<uuid:article_id>/", views.article, name="article"),
    path("articles/<uuid:article_id>/scorecard/", scorecards.article, name="article-scorecard"),
    path("articles/<uuid:article_id>/scorecard/picture.png", pictures.article_picture, name="article-picture"),
    path("articles/<uuid:article_id>/scorecard/words.csv", scorecards.article_words, name="article-words"),
    path("predictions/<uuid:prediction_id>/", views.prediction, name="prediction"),
    path("forecasters/", views.forecasters, name="forecasters"),
    path("forecasters/<slug:slug>/", scorecards.forecaster, name="forecaster"),
    path("forecasters/<slug:slug>/badge.svg", sharing.forecaster_badge, name="forecaster-badge"),
    path("forecasters/<slug:slug>/picture.png", pictures.forecaster_picture, name="forecaster-picture"),
    path("forecasters/<slug:slug>/words.csv", scorecards.forecaster_words, name="forecaster-words"),
    path("outlets/<slug:slug>/", scorecards.outlet, name="outlet"),
    path("outlets/<slug:slug>/badge.svg", sharing.outlet_badge, name="outlet-badge"),
    path("outlets/<slug:slug>/picture.png", pictures.outlet_picture, name="outlet-picture"),
    path("outlets/<slug:slug>/words.csv", scorecards.outlet_words, name="outlet-words"),
    path("sealed/<str:commitment>/", views.sealed, name="sealed"),
    path("topics/", views.topics, name="topics"),
    path("topics/<path:path>/badge.svg", sharing.topic_badge, name="topic-badge"),
    path("topics/<path:path>/picture.png", pictures.topic_picture, name="topic-picture"),
    path("topics/<path:path>/words.csv", scorecards.topic_words, name="topic-words"),
    path("topics/<path:path>/", scorecards.topic, name="topic"),
    path("events/<uuid:event_id>/", views.event, name="event"),
    path("search/", searching.search_page, name="search"),
    path("leaderboard/", standings.leaderboard_page, name="leaderboard"),
    path("compare/", standings.compare_page, name="compare"),
    path("scoring/", trying.scoring, name="scoring"),
    path("oembed/", sharing.oembed, name="oembed"),
]
