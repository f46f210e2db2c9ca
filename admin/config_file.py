"""Where the standalone deployment is configured. Imports nothing: who only starts a process need not read the app."""

CONFIG_ENVIRONMENT = "MOTCUA_CONFIG"
