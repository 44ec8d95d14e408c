"""What is due and has not come: by report, unit and period, with the legal deadline."""
