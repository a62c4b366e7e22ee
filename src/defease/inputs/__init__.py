"""Reading what users keep: plan.toml, CSV and XLSX become domain values or one list of problems."""
