"""What tests lean on: a throw-away PostgreSQL and a browser that complains."""
