"""What Yarda's goals about speed and memory come to on this machine: `python -m benchmarks [NAME …]`."""
