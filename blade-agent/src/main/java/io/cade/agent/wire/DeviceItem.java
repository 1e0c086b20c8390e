package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing of a device that its model describes (SPEC R1): what it is to be, not how it gets
 * there. Independent of the operating system; a plug-in on the card knows how it is read and
 * changed (R2).
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = DeviceItem.PackageItem.class, name = "package"),
  @JsonSubTypes.Type(value = DeviceItem.UserItem.class, name = "user"),
  @JsonSubTypes.Type(value = DeviceItem.FileItem.class, name = "file"),
  @JsonSubTypes.Type(value = DeviceItem.KernelItem.class, name = "kernel"),
  @JsonSubTypes.Type(value = DeviceItem.AddressItem.class, name = "address"),
  @JsonSubTypes.Type(value = DeviceItem.RouteItem.class, name = "route"),
  @JsonSubTypes.Type(value = DeviceItem.FirewallItem.class, name = "firewall"),
  @JsonSubTypes.Type(value = DeviceItem.UnitItem.class, name = "unit"),
  @JsonSubTypes.Type(value = DeviceItem.AbsentItem.class, name = "absent"),
})
public sealed interface DeviceItem {
  /** Longest content of a file or rule set, in characters. */
  int MAX_CONTENT = 64 << 10;

  /** Most items of one device. */
  int MAX_ITEMS = 512;

  /** What it is about, {@code kind:name}; unique within a model. */
  String key();

  /**
   * Whether it may cut the device off from its engine, so that it is taken back by the device
   * itself unless confirmed in time (SPEC A6).
   */
  @JsonIgnore
  default boolean risky() {
    return false;
  }

  /**
   * A package of the operating system's own package manager.
   *
   * @param version as the package manager writes it; empty for whichever is there
   */
  record PackageItem(String name, String version) implements DeviceItem {
    public PackageItem {
      Limits.text("name", name, 128);
      Limits.text("version", version, 128);
    }

    @Override
    public String key() {
      return "package:" + name;
    }
  }

  /**
   * An account.
   *
   * @param shell absolute path
   * @param groups beside its own; at most 32
   * @param keys lines of authorized_keys; at most 32
   */
  record UserItem(String name, String shell, List<String> groups, List<String> keys)
      implements DeviceItem {
    public UserItem {
      Limits.text("name", name, 32);
      Limits.text("shell", shell, 256);
      groups = Limits.list("groups", groups, 32);
      keys = Limits.list("keys", keys, 32);
      keys.forEach(key -> Limits.text("key", key, 1_024));
    }

    @Override
    public String key() {
      return "user:" + name;
    }
  }

  /**
   * A regular file.
   *
   * @param path absolute, without {@code ..}
   * @param content whole; text
   * @param mode four octal digits, for example {@code 0644}
   * @param owner {@code user:group}; empty for root
   */
  record FileItem(String path, String content, String mode, String owner) implements DeviceItem {
    public FileItem {
      Limits.text("path", path, 512);
      Limits.text("content", content, MAX_CONTENT);
      Limits.text("mode", mode, 4);
      Limits.text("owner", owner, 65);
    }

    @Override
    public String key() {
      return "file:" + path;
    }
  }

  /** A parameter of the kernel, by its dotted name, for example {@code net.core.somaxconn}. */
  record KernelItem(String name, String value) implements DeviceItem {
    public KernelItem {
      Limits.text("name", name, 128);
      Limits.text("value", value, 256);
    }

    @Override
    public String key() {
      return "kernel:" + name;
    }
  }

  /** An address that an interface has, beside those of its boot: {@code 192.0.2.1/24}. */
  record AddressItem(String device, String address) implements DeviceItem {
    public AddressItem {
      Limits.text("device", device, 15);
      Limits.text("address", address, 64);
    }

    @Override
    public String key() {
      return "address:" + device + "/" + address;
    }

    @Override
    public boolean risky() {
      return true;
    }
  }

  /** A route. Its destination is a prefix or {@code default}; via is the next hop's address. */
  record RouteItem(String destination, String via) implements DeviceItem {
    public RouteItem {
      Limits.text("destination", destination, 64);
      Limits.text("via", via, 64);
    }

    @Override
    public String key() {
      return "route:" + destination;
    }

    @Override
    public boolean risky() {
      return true;
    }
  }

  /** A table of the packet filter, as nftables writes what is within its braces. */
  record FirewallItem(String table, String rules) implements DeviceItem {
    public FirewallItem {
      Limits.text("table", table, 64);
      Limits.text("rules", rules, MAX_CONTENT);
    }

    @Override
    public String key() {
      return "firewall:" + table;
    }

    @Override
    public boolean risky() {
      return true;
    }
  }

  /**
   * A unit of the service manager.
   *
   * @param restartOn keys of items at whose change it is restarted, if it runs; at most {@value
   *     #MAX_RESTART_ON}. No part of how a unit is found
   */
  record UnitItem(
      String name,
      boolean enabled,
      boolean running,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> restartOn)
      implements DeviceItem {
    public static final int MAX_RESTART_ON = 32;

    public UnitItem {
      Limits.text("name", name, 128);
      restartOn = Limits.list("restartOn", restartOn, MAX_RESTART_ON);
      restartOn.forEach(key -> Limits.text("key of restartOn", key, 600));
    }

    /** One that no other item restarts. */
    public UnitItem(String name, boolean enabled, boolean running) {
      this(name, enabled, running, List.of());
    }

    /** Earlier versions know of no restarts. */
    @JsonCreator
    static UnitItem read(
        @JsonProperty("name") String name,
        @JsonProperty("enabled") boolean enabled,
        @JsonProperty("running") boolean running,
        @JsonProperty("restartOn") @Nullable List<String> restartOn) {
      return new UnitItem(name, enabled, running, restartOn == null ? List.of() : restartOn);
    }

    @Override
    public String key() {
      return "unit:" + name;
    }
  }

  /** What is not to be there; also what was not found there. */
  record AbsentItem(String key) implements DeviceItem {
    public AbsentItem {
      Limits.text("key", key, 600);
    }

    @Override
    @JsonProperty("key")
    public String key() {
      return key;
    }

    @Override
    public boolean risky() {
      return key.startsWith("address:") || key.startsWith("route:") || key.startsWith("firewall:");
    }
  }
}
