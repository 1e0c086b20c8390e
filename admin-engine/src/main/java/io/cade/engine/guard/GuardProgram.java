package io.cade.engine.guard;

import io.cade.engine.guard.Guard.GivesUp;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The guard with all that it needs of the machine, from start to end. Used by one thread. */
public final class GuardProgram {
  private static final long TURN_MILLIS = 100;
  private static final long AFTER_FAILURE_MILLIS = 2_000;

  private GuardProgram() {}

  /**
   * What it is told.
   *
   * @param state the engine's state directory
   * @param config the engine's configuration file, absolute
   * @param address that the engine listens on
   * @param home where the installed distribution is
   * @param installed its version
   */
  public record Setting(
      Path state,
      Path config,
      InetAddress address,
      int admin,
      int gateway,
      Path home,
      String installed,
      String javaHome) {}

  /**
   * Guards until it is told to end.
   *
   * @param end told by a signal
   * @return exit code: 0 told to end, 2 the engine's configuration is wrong, 5 the state directory
   *     is in use
   * @throws IOException when the state directory cannot be used
   */
  public static int run(Setting setting, CountDownLatch end, Consumer<String> log)
      throws IOException, InterruptedException {
    var closed = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(setting.state(), closed);
    DurableFiles files = DurableFiles.real();
    GuardFolder folder = new GuardFolder(setting.state(), files);
    folder.make();
    try (FileChannel channel =
        FileChannel.open(
            folder.root().resolve("lock"),
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      FileLock alone = channel.tryLock();
      if (alone == null) {
        log.accept("another guard runs the engine of " + setting.state() + "; stop that one first");
        return 5;
      }
      StateLock lock = new StateLock(setting.state(), files);
      EngineProcesses processes =
          new EngineProcesses(
              folder,
              lock,
              setting.installed(),
              setting.home(),
              setting.config(),
              setting.javaHome(),
              new SecureRandom());
      Guard guard =
          Guard.open(
              new Guard.Surroundings(
                  folder,
                  new DataCopy(setting.state(), files),
                  processes,
                  new TlsProbe(
                      folder,
                      setting.state().resolve("authority-certificate.pem"),
                      setting.address(),
                      setting.admin(),
                      setting.gateway()),
                  lock,
                  processes,
                  System::nanoTime,
                  InstantSource.system(),
                  log),
              setting.installed());
      return turns(guard, end, log);
    } catch (StateLock.InUse e) {
      log.accept(String.valueOf(e.getMessage()));
      return 5;
    }
  }

  private static int turns(Guard guard, CountDownLatch end, Consumer<String> log)
      throws InterruptedException {
    try {
      long pause = 0;
      while (!end.await(pause, TimeUnit.MILLISECONDS)) {
        pause = TURN_MILLIS;
        try {
          guard.turn();
        } catch (IOException e) {
          log.accept("tried again: " + e.getMessage());
          pause = AFTER_FAILURE_MILLIS;
        }
      }
      return 0;
    } catch (GivesUp e) {
      log.accept(String.valueOf(e.getMessage()));
      return e.code();
    } finally {
      guard.end();
    }
  }
}
