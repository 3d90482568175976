"""specs/ as other teams read it: complete, true to the code, valid."""
