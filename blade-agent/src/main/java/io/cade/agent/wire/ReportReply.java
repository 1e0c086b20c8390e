package io.cade.agent.wire;

/**
 * @param introduceAgain the engine does not know this boot of the card
 * @param chassisReader the card is elected to read its chassis' bus until its next report is
 *     answered
 * @param commandsWaiting whether it is worth asking for commands at once
 */
public record ReportReply(boolean introduceAgain, boolean chassisReader, boolean commandsWaiting) {}
