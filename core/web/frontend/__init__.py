"""The front-end packages of others: named, fetched by lock file, copied where pages find them."""
