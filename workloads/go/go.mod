module taskweight

// The oldest version that will do: Debian 13 has it. Newer ones treat the program as they treat one of this version.
go 1.24
