package io.cade.engine.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The real disk of a machine whose power fails at a chosen change. */
final class CutFiles implements DurableFiles {
  private final DurableFiles real = DurableFiles.real();
  private int done;
  private int cutAt = Integer.MAX_VALUE;
  private boolean after;

  /** The power is gone: no one catches this but the test. */
  static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** What is to happen. */
  private interface Step {
    void run() throws IOException;
  }

  /**
   * @param step number of the change, from now on and from 0
   * @param after whether it is done just before the power fails
   */
  void cut(int step, boolean after) {
    done = 0;
    cutAt = step;
    this.after = after;
  }

  void never() {
    cutAt = Integer.MAX_VALUE;
  }

  int done() {
    return done;
  }

  private void step(Step step, Step half) throws IOException {
    boolean now = done++ == cutAt;
    if (now && !after) {
      half.run();
      throw new PowerCut();
    }
    step.run();
    if (now) {
      throw new PowerCut();
    }
  }

  private void step(Step step) throws IOException {
    step(step, () -> {});
  }

  @Override
  public void replace(Path file, byte[] content) throws IOException {
    step(
        () -> real.replace(file, content),
        // What is written aside does not count.
        () -> Files.write(file.resolveSibling(file.getFileName() + ".new"), new byte[] {'?'}));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    step(() -> real.move(from, to));
  }

  @Override
  public void copy(Path from, Path to, boolean linked) throws IOException {
    step(
        () -> real.copy(from, to, linked),
        () -> {
          if (Files.isDirectory(from)) {
            Files.createDirectory(to);
          }
        });
  }

  @Override
  public void delete(Path path) throws IOException {
    step(
        () -> real.delete(path),
        () -> {
          // Files go before their folder does.
          if (Files.isDirectory(path)) {
            Files.deleteIfExists(path.resolve("store/data"));
          }
        });
  }
}
