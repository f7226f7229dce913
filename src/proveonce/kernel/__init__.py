"""What every layer stands on: errors, instants, canonical JSON, located YAML."""
