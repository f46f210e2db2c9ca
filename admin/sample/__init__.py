"""Made-up offices, people and dossiers for trials: real procedures, no real persons."""
