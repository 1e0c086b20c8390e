package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * One predefined action for a card's agent (SPEC A3, R3). Commands of a card are carried out one
 * after the other, in the order of their ids; a command already carried out is answered with its
 * recorded result, so that repetition is harmless.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Command.InstallService.class, name = "install-service"),
  @JsonSubTypes.Type(value = Command.StartService.class, name = "start-service"),
  @JsonSubTypes.Type(value = Command.StopService.class, name = "stop-service"),
  @JsonSubTypes.Type(value = Command.RemoveService.class, name = "remove-service"),
  @JsonSubTypes.Type(value = Command.SetChassisOutputs.class, name = "set-chassis-outputs"),
  @JsonSubTypes.Type(value = Command.ApplyModel.class, name = "apply-model"),
  @JsonSubTypes.Type(value = Command.TryItems.class, name = "try-items"),
  @JsonSubTypes.Type(value = Command.ConfirmChange.class, name = "confirm-change"),
  @JsonSubTypes.Type(value = Command.ReadItems.class, name = "read-items"),
  @JsonSubTypes.Type(value = Command.Ping.class, name = "ping"),
  @JsonSubTypes.Type(value = Command.Reboot.class, name = "reboot"),
  @JsonSubTypes.Type(value = Command.StageImage.class, name = "stage-image"),
  @JsonSubTypes.Type(value = Command.BootImage.class, name = "boot-image"),
  @JsonSubTypes.Type(value = Command.MarkImage.class, name = "mark-image"),
  @JsonSubTypes.Type(value = Command.RevertImage.class, name = "revert-image"),
  @JsonSubTypes.Type(value = Command.ReadLogs.class, name = "read-logs"),
  @JsonSubTypes.Type(value = Command.ReadInventory.class, name = "read-inventory"),
})
public sealed interface Command {
  /** Ascending per engine; the log position that queued the command. */
  long id();

  /** The service it is about; empty when it is about hardware. */
  String service();

  /**
   * Fetch the package over the authenticated channel, check digest and signature, unpack it beside
   * what is there. Nothing stays installed when a check fails.
   *
   * @param packageDigest {@code sha256:} and 64 hexadecimal digits
   * @param packageBytes size of the package; the agent refuses more
   */
  record InstallService(long id, String service, String packageDigest, long packageBytes)
      implements Command {
    public InstallService {
      Limits.text("service", service, 63);
      Limits.text("packageDigest", packageDigest, 80);
      Limits.range("packageBytes", packageBytes, 1, 1L << 32);
    }
  }

  /**
   * Start the service's process bound to the card's address.
   *
   * @param kind which predefined runtime starts it, for example {@code static-site}
   * @param port TCP port on the card's address
   */
  record StartService(long id, String service, String kind, String packageDigest, int port)
      implements Command {
    public StartService {
      Limits.text("service", service, 63);
      Limits.text("kind", kind, 32);
      Limits.text("packageDigest", packageDigest, 80);
      Limits.range("port", port, 1, 65535);
    }
  }

  /** Stop the service's process; done when it no longer runs. */
  record StopService(long id, String service) implements Command {
    public StopService {
      Limits.text("service", service, 63);
    }
  }

  /** Stop the service and delete its files. */
  record RemoveService(long id, String service) implements Command {
    public RemoveService {
      Limits.text("service", service, 63);
    }
  }

  /**
   * Set the power outputs and LEDs of the card's chassis: the whole state, so that repetition and
   * loss of earlier ones do no harm. For the elected reader; done when the expanders hold it.
   */
  record SetChassisOutputs(long id, ChassisOutputs outputs) implements Command {
    @Override
    public String service() {
      return "";
    }
  }

  /** Do nothing, and say so: shows that the way of commands is open from end to end. */
  record Ping(long id) implements Command {
    @Override
    public String service() {
      return "";
    }
  }

  /**
   * Restart the card. Done when its agent is up again: it remembers the command over the restart
   * and then says so (SPEC R3).
   */
  record Reboot(long id) implements Command {
    @Override
    public String service() {
      return "";
    }
  }

  /** A command about the device itself rather than a service or the chassis. */
  sealed interface OfDevice extends Command {
    @Override
    default String service() {
      return "";
    }
  }

  /**
   * Make the device what its model says, in the order of the items, and keep looking at it from now
   * on. What an earlier model described and this one does not is put back to what it was before.
   * When one item fails, what this command has changed is taken back and the model of before stays.
   *
   * @param label names the model and its version, for example {@code server/7}
   * @param ignored keys that are not looked at, with {@code *} for any characters but {@code /} and
   *     {@code **} for any; at most 128
   * @param confirmSeconds within which {@link ConfirmChange} must follow when an item is risky, or
   *     the device takes the whole change back; 0 for never, at most 3,600. Also across a reboot
   */
  record ApplyModel(
      long id, String label, List<DeviceItem> items, List<String> ignored, int confirmSeconds)
      implements OfDevice {
    public ApplyModel {
      Limits.text("label", label, 128);
      items = Limits.list("items", items, DeviceItem.MAX_ITEMS);
      ignored = Limits.list("ignored", ignored, 128);
      ignored.forEach(key -> Limits.text("ignored key", key, 600));
      Limits.range("confirmSeconds", confirmSeconds, 0, 3_600);
    }
  }

  /**
   * Change this device alone and leave its model as it is, so that the change shows as a difference
   * (SPEC R7). All or nothing, and confirmed, as with {@link ApplyModel}.
   */
  record TryItems(long id, List<DeviceItem> items, int confirmSeconds) implements OfDevice {
    public TryItems {
      items = Limits.list("items", items, DeviceItem.MAX_ITEMS);
      Limits.range("confirmSeconds", confirmSeconds, 0, 3_600);
    }
  }

  /**
   * The device has shown that it is still reached: what the command {@code change} changed stays.
   * Done when the device no longer means to take it back; refused when it already has.
   */
  record ConfirmChange(long id, long change) implements OfDevice {}

  /**
   * Tell what is found of each of these keys, {@link DeviceItem.AbsentItem} where there is nothing.
   */
  record ReadItems(long id, List<String> keys) implements OfDevice {
    public ReadItems {
      keys = Limits.list("keys", keys, DeviceItem.MAX_ITEMS);
      keys.forEach(key -> Limits.text("key", key, 600));
    }
  }

  /**
   * A command about the card's image store (SPEC B5, U2). Each may be repeated: it is done when the
   * store is as the command wants it.
   */
  sealed interface OfImage extends Command {
    @Override
    default String service() {
      return "";
    }

    /** Of the image's file: {@code sha256:} and 64 hexadecimal digits. */
    String digest();
  }

  /**
   * Fetch the image over the authenticated channel, check digest and signer, and put it into the
   * slot that does not run, for one boot on trial. What runs is not touched.
   *
   * @param bytes size of the image's file; the agent refuses more
   * @param permit why an older build than the one that runs is allowed; empty when it is not
   */
  record StageImage(long id, String digest, long bytes, String permit) implements OfImage {
    public StageImage {
      Limits.text("digest", digest, 80);
      Limits.range("bytes", bytes, 1, 1L << 32);
      Limits.text("permit", permit, 256);
    }
  }

  /** Restart into the image that was staged; the result is told before or after. */
  record BootImage(long id, String digest) implements OfImage {
    public BootImage {
      Limits.text("digest", digest, 80);
    }
  }

  /** The image that runs has proven good: it stays. Refused when another one runs. */
  record MarkImage(long id, String digest) implements OfImage {
    public MarkImage {
      Limits.text("digest", digest, 80);
    }
  }

  /**
   * Never boot this image again and, when it runs, restart into the one of before. The result's
   * detail begins with {@code restarts} when it does.
   *
   * @param reason why, and on whose behalf: goes on the card's record
   */
  record RevertImage(long id, String digest, String reason) implements OfImage {
    public RevertImage {
      Limits.text("digest", digest, 80);
      Limits.text("reason", reason, 256);
    }
  }

  /**
   * Have the card tell more than fits a result: it uploads it over its authenticated channel, and
   * the command is done when the engine has taken it. Changes nothing on the card.
   */
  sealed interface Collect extends Command {
    @Override
    default String service() {
      return "";
    }
  }

  /**
   * Upload what the engine does not have yet of the card's logs, or the last lines of a unit's
   * journal.
   *
   * @param source as of {@link LogSource}; empty for the agent and all services
   * @param lines of a journal at most; 1 to {@value LogUpload#MAX_LINES}
   * @param sinceSeconds of a journal only: not older than so many seconds; 0 for any age
   * @param followSeconds for how long new lines are uploaded at once from now on; 0 to 600
   */
  record ReadLogs(long id, String source, int lines, long sinceSeconds, int followSeconds)
      implements Collect {
    public ReadLogs {
      if (!source.isEmpty()) {
        LogSource.require(source);
      }
      Limits.range("lines", lines, 1, LogUpload.MAX_LINES);
      Limits.range("sinceSeconds", sinceSeconds, 0, 366L * 86_400);
      Limits.range("followSeconds", followSeconds, 0, 600);
    }
  }

  /** Upload an {@link Inventory} of what is on the card now. */
  record ReadInventory(long id) implements Collect {}
}
