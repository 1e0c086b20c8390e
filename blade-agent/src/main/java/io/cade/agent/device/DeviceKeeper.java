package io.cade.agent.device;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ModelStanding;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns a device's model: takes commands one after the other, and between them does
 * what is due. {@link #run} is that thread's; everything else may be called by any.
 */
public final class DeviceKeeper implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceKeeper.class);

  /** The core has one command under way at a time; a few more only after it was restarted. */
  private static final int MAX_COMMANDS = 8;

  private record Task(Command.OfDevice command, Consumer<CommandResult> done) {}

  private final DeviceDesk desk;
  private final Runnable news;
  private final BlockingQueue<Task> tasks = new ArrayBlockingQueue<>(MAX_COMMANDS);
  private volatile @Nullable ModelStanding standing;

  /**
   * @param directory the agent's own, for the journal
   * @param lookInterval between two looks for differences
   * @param nanos monotonic, as {@link System#nanoTime}
   * @param news called on the keeper's thread when the engine should hear of the standing at once;
   *     must not block
   */
  public DeviceKeeper(
      OperatingSystem system,
      Path directory,
      Duration lookInterval,
      LongSupplier nanos,
      InstantSource clock,
      Runnable news) {
    this(new DeviceDesk(system, new DeviceFile(directory), lookInterval, nanos, clock), news);
  }

  DeviceKeeper(DeviceDesk desk, Runnable news) {
    this.desk = desk;
    this.news = news;
  }

  /** How the device stands; null before the first look. */
  public @Nullable ModelStanding standing() {
    return standing;
  }

  /**
   * Has a command carried out; the result comes on the keeper's thread, or never when the agent
   * ends before. The next start of the agent then takes back what was begun.
   */
  public void submit(Command.OfDevice command, Consumer<CommandResult> done) {
    if (!tasks.offer(new Task(command, done))) {
      done.accept(
          new CommandResult(command.id(), false, "the device has too many commands under way"));
    }
  }

  /** Runs until its thread is interrupted. */
  @Override
  public void run() {
    try {
      desk.start();
      publish();
      while (!Thread.currentThread().isInterrupted()) {
        Task task = tasks.poll(desk.nanosUntilWork(), TimeUnit.NANOSECONDS);
        if (task != null) {
          CommandResult result = run(task.command());
          // The standing first: who hears the result may ask for it.
          publish();
          task.done().accept(result);
        }
        desk.work();
        publish();
      }
    } catch (InterruptedException e) {
      LOG.debug("the device is no longer kept");
    } catch (RuntimeException | Error e) {
      LOG.error("the device is no longer kept", e);
      standing =
          new ModelStanding("", 0, java.util.List.of(), 0, 0, 0, "the agent failed to look: " + e);
    }
  }

  private CommandResult run(Command.OfDevice command) throws InterruptedException {
    try {
      CommandResult result = desk.run(command);
      LOG.info(
          "{} {}: {} {}",
          command.getClass().getSimpleName(),
          command.id(),
          result.succeeded() ? "done" : "failed",
          result.detail());
      return result;
    } catch (RuntimeException | Error e) {
      LOG.error("command {}", command.id(), e);
      return new CommandResult(command.id(), false, "the agent failed: " + e);
    }
  }

  private void publish() {
    ModelStanding now = desk.standing();
    ModelStanding before = standing;
    standing = now;
    if (before == null || isNews(before, now)) {
      news.run();
    }
  }

  /** Whether the engine should hear of it: another look or another second is nothing. */
  public static boolean isNews(ModelStanding before, ModelStanding now) {
    return !before.label().equals(now.label())
        || !before.differences().equals(now.differences())
        || before.more() != now.more()
        || before.pendingChange() != now.pendingChange()
        || !before.problem().equals(now.problem());
  }
}
