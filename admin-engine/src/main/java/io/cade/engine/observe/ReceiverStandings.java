package io.cade.engine.observe;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How the receivers of notifications get on at this moment; what they have got is durable and not
 * here. Written by who sends, read by anybody. Thread-safe; bounded by the receivers configured.
 */
public final class ReceiverStandings {
  /**
   * What keeps a receiver behind.
   *
   * @param trouble what went wrong last; empty when nothing did
   * @param since when it first went wrong; null when nothing did
   * @param nextTry when it is tried again; null while a try is under way
   */
  public record Standing(String trouble, @Nullable Instant since, @Nullable Instant nextTry) {
    /** Of a receiver that takes what it gets. */
    public static final Standing WELL = new Standing("", null, null);
  }

  private final Map<String, Standing> all = new ConcurrentHashMap<>();

  /** Notes how a receiver gets on. */
  public void put(String receiver, Standing standing) {
    all.put(receiver, standing);
  }

  /** How a receiver gets on. */
  public Standing of(String receiver) {
    return all.getOrDefault(receiver, Standing.WELL);
  }
}
