module github.com/pipesched/pipesched/clients/go

go 1.23.0

toolchain go1.23.12
