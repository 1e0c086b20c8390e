package io.cade.agent.debian;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import java.io.IOException;

/**
 * The functions for one kind of thing. Contract of {@link io.cade.agent.device.OperatingSystem},
 * with names instead of keys. Called by one thread at a time.
 *
 * @param <T> what describes it
 */
interface ItemFunctions<T extends DeviceItem> {
  /** Whether it could be made so. */
  default void check(T wanted) throws IOException, InterruptedException {}

  /** The item, or {@link AbsentItem}. */
  DeviceItem look(String name) throws IOException, InterruptedException;

  void change(T wanted) throws IOException, InterruptedException;

  /** Makes it absent; harmless when it is. */
  void remove(String name) throws IOException, InterruptedException;
}
