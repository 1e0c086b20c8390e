package io.cade.agent.wire;

import java.util.List;

/**
 * Lines of a card's log on their way to the engine (SPEC A9). May be repeated: the engine takes
 * what it does not have yet.
 *
 * @param source as of {@link LogSource}
 * @param epoch of the numbers: another one when the card's memory of them was lost
 * @param replaces whether these lines stand in place of all that the engine has of the source
 * @param lines at most {@value #MAX_LINES}, with {@value #MAX_CHARACTERS} characters altogether,
 *     numbers ascending; none to learn what the engine has
 */
public record LogUpload(
    CardPosition position,
    String bootId,
    String source,
    String epoch,
    boolean replaces,
    List<LogLine> lines) {
  public static final int MAX_LINES = 1_000;
  public static final int MAX_CHARACTERS = 64 << 10;

  public LogUpload {
    Limits.text("bootId", bootId, 128);
    LogSource.require(source);
    if (!epoch.matches("[a-z0-9]{1,32}")) {
      throw new IllegalArgumentException("epoch is not of 1 to 32 lower-case letters and digits");
    }
    lines = Limits.list("lines", lines, MAX_LINES);
    long before = -1;
    long characters = 0;
    for (LogLine line : lines) {
      if (line.number() <= before) {
        throw new IllegalArgumentException(
            "line " + line.number() + " follows line " + before + ": numbers must ascend");
      }
      before = line.number();
      characters += line.text().length();
    }
    Limits.range("characters", characters, 0, MAX_CHARACTERS);
  }
}
