# What the tests need besides Python: a browser and a PostgreSQL server. Sourced by make; POSIX shell.
# What is there is used, what is missing is installed where that is possible, and otherwise one line says
# which tests are skipped and why. With CI=true nothing may be missing.

motcua_missing() {
    echo "$1"
    [ "${CI:-}" != true ] || exit 1
}

motcua_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "Installing $* ..."
    { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ||
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }
    } >/tmp/motcua-apt.log 2>&1
}

if [ -z "${MOTCUA_TEST_CHROMIUM:-}" ]; then
    # The headless shell is the same engine without the window nobody looks at; older systems have only the whole browser.
    command -v chromium-headless-shell >/dev/null 2>&1 || motcua_apt chromium-headless-shell ||
        command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || motcua_apt chromium || true
    MOTCUA_TEST_CHROMIUM=$(command -v chromium-headless-shell || command -v chromium || command -v chromium-browser ||
        command -v google-chrome || true)
fi
export MOTCUA_TEST_CHROMIUM
[ -n "$MOTCUA_TEST_CHROMIUM" ] ||
    motcua_missing "No Chromium here: the tests in a real browser are skipped (set MOTCUA_TEST_CHROMIUM)."

motcua_postgres_answers() {
    .venv/bin/python -c "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3)" "$1" 2>/dev/null
}

if [ -z "${MOTCUA_TEST_POSTGRES:-}" ]; then
    motcua_server=postgresql://postgres@127.0.0.1:5432/postgres
    if ! motcua_postgres_answers "$motcua_server" && [ "$(id -u)" = 0 ]; then
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || motcua_apt postgresql || true
        motcua_initdb=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -1)
        if [ -n "$motcua_initdb" ]; then
            # A server of our own, on a port of our own, gone when the tests end.
            motcua_folder=$(mktemp -d /tmp/motcua-postgres.XXXXXX) && chown postgres "$motcua_folder"
            motcua_bin=$(dirname "$motcua_initdb")
            su postgres -c "$motcua_bin/initdb -D $motcua_folder/data -A trust >/dev/null &&
                $motcua_bin/pg_ctl -D $motcua_folder/data -w -o '-p 54329 -k $motcua_folder -c listen_addresses=127.0.0.1' \
                -l $motcua_folder/log start >/dev/null" &&
                motcua_server=postgresql://postgres@127.0.0.1:54329/postgres
            trap 'su postgres -c "$motcua_bin/pg_ctl -D $motcua_folder/data -m immediate stop >/dev/null"; rm -rf "$motcua_folder"' EXIT
        fi
    fi
    if motcua_postgres_answers "$motcua_server"; then
        MOTCUA_TEST_POSTGRES=postgresql+psycopg://${motcua_server#postgresql://}
    fi
fi
export MOTCUA_TEST_POSTGRES
[ -n "${MOTCUA_TEST_POSTGRES:-}" ] ||
    motcua_missing "No PostgreSQL here: the tests on it are skipped (set MOTCUA_TEST_POSTGRES)."

# Thousands of small files and commits: memory is quicker than a disk, and nothing here outlives the run.
if [ -z "${PYTEST_DEBUG_TEMPROOT:-}" ] && [ -w /dev/shm ]; then
    export PYTEST_DEBUG_TEMPROOT=/dev/shm
fi
