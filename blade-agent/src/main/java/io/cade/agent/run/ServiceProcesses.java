package io.cade.agent.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts the processes of services on a card. Seam: real processes of the operating system ({@link
 * OsServiceProcesses}) or servers within this process ({@link InProcessServices}). Safe for use by
 * several threads.
 */
public interface ServiceProcesses {
  /**
   * Starts a process and returns without waiting for it.
   *
   * @throws IOException when the kind is unknown or the process cannot be started
   */
  ServiceProcess start(ServiceSpec spec) throws IOException;

  /**
   * Returns when nothing runs any more of what an agent that was killed had started of a service;
   * at once where processes end with their agent.
   *
   * @param scratch as the service was started with
   * @throws IOException when it cannot be made to end
   */
  default void endEarlier(String service, Path scratch) throws IOException, InterruptedException {}

  /**
   * What to start.
   *
   * @param kind predefined runtime
   * @param content unpacked and verified content; to be read only
   * @param scratch directory for what it writes while it runs; need not exist, is emptied at start
   * @param data directory of what it keeps over starts and versions; null where nothing is kept
   * @param address where it has to listen
   * @param output takes each line that it writes; must neither fail nor wait
   */
  record ServiceSpec(
      String service,
      String kind,
      Path content,
      Path scratch,
      @Nullable Path data,
      InetSocketAddress address,
      Consumer<String> output) {
    /** Of a service whose words and data nobody keeps. */
    public ServiceSpec(
        String service, String kind, Path content, Path scratch, InetSocketAddress address) {
      this(service, kind, content, scratch, null, address, _ -> {});
    }
  }

  /** One process. Safe for use by several threads. */
  interface ServiceProcess {
    /** Completes when the process says that it listens; never when it ends before. */
    CompletableFuture<Void> listening();

    /**
     * Completes at its end with the cause, in one line for an operator; within seconds, whoever
     * else still holds its output.
     */
    CompletableFuture<String> exited();

    /** Asks it to end, and makes it end when it does not within a few seconds; does not wait. */
    void stop();

    /** Ends it at once, as a power cut would. */
    void kill();
  }
}
