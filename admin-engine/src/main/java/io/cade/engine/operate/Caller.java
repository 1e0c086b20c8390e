package io.cade.engine.operate;

/** An authenticated user. */
public record Caller(String user, Role role) {}
