package io.cade.agent.wire;

import org.jspecify.annotations.Nullable;

/**
 * @param command what to do next; absent when there is nothing
 */
public record AskReply(@Nullable Command command) {}
