"""Style: any picture in the manner of another, or of a painter's tool."""
