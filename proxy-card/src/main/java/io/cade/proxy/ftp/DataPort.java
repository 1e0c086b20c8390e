package io.cade.proxy.ftp;

import io.netty.channel.Channel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How the visitor's side of the next transfer comes about. Owned by the session's event loop. */
sealed interface DataPort permits PassivePort, ActivePort {
  /**
   * Brings the connection, reading nothing yet.
   *
   * @param then told once: the connection, or null when none came about in time
   */
  void open(Consumer<@Nullable Channel> then);

  /** Gives up whatever is there. */
  void close();
}
