"""The addresses of the public pages."""

from django.urls import path

from . import searching, standings, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.articles, name="articles"),
    path("articles/<uuid:article_id>/", views.article, name="article"),
    path("predictions/<uuid:prediction_id>/", views.prediction, name="prediction"),
    path("forecasters/", views.forecasters, name="forecasters"),
    path("forecasters/<slug:slug>/", views.forecaster, name="forecaster"),
    path("forecasters/<slug:slug>/calls.csv", views.forecaster_calls, name="forecaster-calls"),
    path("forecasters/<slug:slug>/words.csv", views.forecaster_words, name="forecaster-words"),
    path("topics/", views.topics, name="topics"),
    path("topics/<path:path>/calls.csv", views.topic_calls, name="topic-calls"),
    path("topics/<path:path>/words.csv", views.topic_words, name="topic-words"),
    path("topics/<path:path>/", views.topic, name="topic"),
    path("events/<uuid:event_id>/", views.event, name="event"),
    path("search/", searching.search_page, name="search"),
    path("leaderboard/", standings.leaderboard_page, name="leaderboard"),
    path("compare/", standings.compare_page, name="compare"),
    path("scoring/", views.scoring, name="scoring"),
]
