package io.cade.agent.run;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentMemory;
import io.cade.agent.data.DataProgram;
import io.cade.agent.data.ServiceData;
import io.cade.agent.run.ServiceProcesses.ServiceProcess;
import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One launch of one service, from checking its package to the end of its process. {@link #run}
 * belongs to one thread; {@link #stop} and {@link #kill} may come from another at any moment.
 */
final class ServiceLauncher {
  private static final long PROBE_PAUSE_MILLIS = 50;

  private final long number;
  private final AgentMemory.Launch how;
  private final ServiceFiles files;
  private final ServiceProcesses processes;
  private final Consumer<String> output;
  private @Nullable ServiceProcess process;
  private @Nullable DataProgram carrying;
  private boolean ended;

  ServiceLauncher(
      long number,
      AgentMemory.Launch how,
      ServiceFiles files,
      ServiceProcesses processes,
      Consumer<String> output) {
    this.output = output;
    this.number = number;
    this.how = how;
    this.files = files;
    this.processes = processes;
  }

  /** Starts, says when it answers, waits for its end and says so. */
  void run(String keyPem, InetAddress card, Consumer<AgentEvent> events)
      throws InterruptedException {
    String cause;
    try {
      Path content = files.verifiedContent(how.service(), how.packageDigest(), how.kind(), keyPem);
      // Two of them must never work on the same data.
      processes.endEarlier(how.service(), files.scratch(how.service()));
      Path data = carryData(content, events);
      InetSocketAddress address = new InetSocketAddress(card, how.port());
      HealthProbe probe = ServiceRuntimes.probe(how.kind(), content, address);
      ServiceProcess started =
          start(
              new ServiceSpec(
                  how.service(),
                  how.kind(),
                  content,
                  files.scratch(how.service()),
                  data,
                  address,
                  output));
      if (started == null) {
        cause = "stopped before it was started";
      } else {
        CompletableFuture<String> exited = started.exited();
        CompletableFuture.anyOf(started.listening(), exited).join();
        while (!exited.isDone() && !probe.answers()) {
          Thread.sleep(PROBE_PAUSE_MILLIS);
        }
        if (!exited.isDone()) {
          events.accept(new AgentEvent.ServiceReady(how.service(), number));
        }
        cause = exited.join();
      }
    } catch (IOException | RuntimeException | Error e) {
      // Whatever it is: a service of whose end nobody hears holds up all commands.
      kill();
      cause = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
    events.accept(new AgentEvent.ServiceExited(how.service(), number, cause));
  }

  /** The data have the form that this version understands before its process begins. */
  private Path carryData(Path content, Consumer<AgentEvent> events)
      throws IOException, InterruptedException {
    Path folder = files.data(how.service());
    DataProgram programs = new DataProgram(folder, how.service(), output);
    synchronized (this) {
      if (ended) {
        programs.kill();
      }
      carrying = programs;
    }
    AtomicBoolean carried = new AtomicBoolean();
    Path data =
        ServiceData.in(folder)
            .carry(
                content,
                programs,
                (what, seconds) -> {
                  carried.set(true);
                  events.accept(
                      new AgentEvent.ServicePrepares(how.service(), number, what, seconds));
                });
    if (carried.get()) {
      events.accept(new AgentEvent.ServicePrepares(how.service(), number, "", 0));
    }
    return data;
  }

  private synchronized @Nullable ServiceProcess start(ServiceSpec spec) throws IOException {
    if (!ended) {
      process = processes.start(spec);
    }
    return process;
  }

  synchronized void stop() {
    end();
    if (process != null) {
      process.stop();
    }
  }

  private void end() {
    ended = true;
    if (carrying != null) {
      carrying.kill();
    }
  }

  synchronized void kill() {
    end();
    if (process != null) {
      process.kill();
    }
  }
}
