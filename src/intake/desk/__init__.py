"""What people and front ends do: with requests, receipts and the quarantine."""
