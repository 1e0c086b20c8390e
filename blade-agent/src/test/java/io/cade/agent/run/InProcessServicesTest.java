package io.cade.agent.run;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

final class InProcessServicesTest extends ServiceProcessesContract {
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  @Override
  ServiceProcesses processes() {
    return new InProcessServices(executor);
  }

  @AfterEach
  void end() {
    executor.shutdownNow();
  }
}
