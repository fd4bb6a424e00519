"""What a user does with pictures and models; each tool is a job."""
