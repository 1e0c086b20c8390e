package io.cade.engine.log;

import io.cade.engine.change.Commit;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps commits in order. Written by one thread; {@link #replay} and {@link #truncate} may come
 * from another meanwhile.
 */
public interface ChangeLog extends AutoCloseable {
  /**
   * Appends a batch; durable when it returns.
   *
   * @param commits positions ascend by one from {@link #lastPosition}
   * @throws IOException when it could not be written; the log then refuses every later batch until
   *     it is opened again, so that there is never a gap. Some of the batch may be found then
   * @throws IllegalArgumentException when a commit is out of order or too large; nothing was
   *     written and the log goes on
   */
  void append(List<Commit> commits) throws IOException;

  /** Position of the last durable commit; 0 for none. */
  long lastPosition();

  /**
   * Hands out all commits after a position, in order, up to the one that is last at the call.
   *
   * @throws IOException when commits are missing or damaged
   */
  void replay(long after, Consumer<Commit> consumer) throws IOException;

  /** May forget commits up to and including a position: they are durable elsewhere. */
  void truncate(long upTo) throws IOException;

  @Override
  void close() throws IOException;
}
