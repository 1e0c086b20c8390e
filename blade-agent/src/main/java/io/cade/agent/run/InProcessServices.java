package io.cade.agent.run;

import io.cade.agent.site.Hosting;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Services as servers within this process: the same site code on the same addresses, without a
 * process each. For simulations with hundreds of cards. Thread-safe.
 */
public final class InProcessServices implements ServiceProcesses {
  private static final Set<String> KINDS = Set.of(ServicePorts.STATIC_SITE, ServicePorts.HOSTING);

  private final Executor executor;

  /**
   * @param executor runs one task a server for as long as it serves
   */
  public InProcessServices(Executor executor) {
    this.executor = executor;
  }

  @Override
  public ServiceProcess start(ServiceSpec spec) throws IOException {
    if (!KINDS.contains(spec.kind())) {
      throw new IOException(
          "no runtime for services of kind '" + spec.kind() + "' in this process");
    }
    Served served = new Served();
    executor.execute(() -> served.open(spec));
    return served;
  }

  private static final class Served implements ServiceProcess {
    private final CompletableFuture<Void> listening = new CompletableFuture<>();
    private final CompletableFuture<String> exited = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    void open(ServiceSpec spec) {
      try {
        Hosting site = Hosting.open(spec.kind(), spec.address(), spec.content());
        listening.complete(null);
        ended.join();
        site.close();
        exited.complete("exit code 0");
      } catch (IOException e) {
        exited.complete("exit code 1: " + e.getMessage());
      }
    }

    @Override
    public CompletableFuture<Void> listening() {
      return listening;
    }

    @Override
    public CompletableFuture<String> exited() {
      return exited;
    }

    @Override
    public void stop() {
      ended.complete(null);
    }

    @Override
    public void kill() {
      ended.complete(null);
    }
  }
}
