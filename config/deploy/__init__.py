"""What a team copies to run the service: a container file, a compose file, units of systemd, gunicorn's settings."""
