#!/bin/sh
SERVICE_NAME=api
consul services register -name "$SERVICE_NAME"
