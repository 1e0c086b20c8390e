package io.cade.engine.change;

/** The state does not allow what was asked for; nothing has changed. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** Kinds of refusal; they decide HTTP status and exit code. */
  public enum Kind {
    /** What was named does not exist. */
    NOT_FOUND,
    /** It contradicts what is there. */
    CONFLICT,
    /** The asker may not do this. */
    NOT_ALLOWED,
    /** The words of the request are wrong: somebody has to say it otherwise. */
    INVALID,
    /** A file that came with the request, or that it names, cannot be taken. */
    CONTENT,
    /** A stated limit is reached. */
    LIMIT
  }

  private final Kind kind;

  /**
   * @param message what, where and what to do
   */
  public Refusal(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
