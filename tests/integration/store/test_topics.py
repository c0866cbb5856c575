"""The names of topics are written by whichever run comes first, and by others beside it."""

from concurrent.futures import ThreadPoolExecutor, wait

from intake.store import topics

MEANINGS = {"seismic_risk": "seismic_risk", "earthquakes": "seismic_risk"}


def test_names_that_mean_nothing_any_more_go(database):
    with database.write() as connection:
        topics.rename(connection, MEANINGS | {"fog": "fog"})
        topics.rename(connection, {"earthquakes": "tremors", "tremors": "tremors"})
    with database.read() as connection:
        assert topics.names(connection) == {"earthquakes": "tremors", "tremors": "tremors"}


def test_two_runs_may_write_the_names_at_the_same_moment(database):
    def write():
        with database.write() as connection:
            topics.rename(connection, MEANINGS)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            topics.rename(connection, MEANINGS)
            other = pool.submit(write)
            wait([other], timeout=0.5)  # it has come as far as it can beside this one
        other.result(timeout=20)
    with database.read() as connection:
        assert topics.names(connection) == MEANINGS
