"""The command line: no logic, stdout is data, stderr is talk."""
