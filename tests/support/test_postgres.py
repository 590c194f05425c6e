"""The throw-away cluster keeps its promises."""

import psycopg
import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]


def test_cluster_answers_on_its_socket_only(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        settings = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('fsync')"
        ).fetchone()

    assert settings == ("", "off")


def test_database_can_be_had_empty_again(postgres_url, empty_postgres_url):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE leftover (id int)")
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()

    assert tables == (1,)


def test_database_is_empty_after_a_test_that_left_something(empty_postgres_url):
    with psycopg.connect(empty_postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()

    assert tables == (0,)
