"""What is decided about traffic, without sending or waiting."""
