"""What people must hear of: alarms, notices, and the channels by which both go out."""
