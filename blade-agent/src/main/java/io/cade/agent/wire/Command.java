package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

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
}
