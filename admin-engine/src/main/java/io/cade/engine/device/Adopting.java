package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.AddressItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.KernelItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.RouteItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Takes what was found on one device into the model of all (SPEC R5). Texts that are as the model
 * has them keep their parameters; in the others a secret is named and not written out. Pure.
 */
public final class Adopting {
  /** A shorter secret may stand anywhere by chance. */
  private static final int LEAST_SECRET = 4;

  private final Map<String, String> secrets;

  private Adopting(Map<String, String> secrets) {
    this.secrets = secrets;
  }

  /**
   * The version with the found items in the place of its own; what it does not have comes last.
   *
   * @param given what the version says of the device on which they were found
   * @throws ModelProblem when the version would not be a good one
   */
  public static ModelVersion adopted(ModelVersion base, Rendered given, List<DeviceItem> found)
      throws ModelProblem {
    Adopting adopting = new Adopting(given.secrets());
    List<ModelItem> items = new ArrayList<>(base.items());
    for (DeviceItem item : found) {
      int at = indexOf(given, item.key());
      if (at < 0) {
        items.add(new ModelItem(ModelRole.OS, adopting.literal(item), List.of()));
      } else {
        ModelItem old = base.items().get(at);
        DeviceItem merged = adopting.merged(old.template(), given.items().get(at), item);
        items.set(at, new ModelItem(old.role(), merged, old.after()));
      }
    }
    return ModelFile.checked(base.withItems(items));
  }

  private static int indexOf(Rendered given, String key) {
    for (int i = 0; i < given.items().size(); i++) {
      if (given.items().get(i).key().equals(key)) {
        return i;
      }
    }
    return -1;
  }

  private DeviceItem literal(DeviceItem found) throws ModelProblem {
    return ItemTexts.map(found, this::literal);
  }

  private String literal(String text) {
    String done = text.replace("{{", "{{open}}");
    for (Map.Entry<String, String> secret : secrets.entrySet()) {
      if (secret.getValue().length() >= LEAST_SECRET) {
        done = done.replace(secret.getValue(), "{{" + secret.getKey() + "}}");
      }
    }
    return done;
  }

  private DeviceItem merged(DeviceItem template, DeviceItem given, DeviceItem found)
      throws ModelProblem {
    return switch (found) {
      case AbsentItem _ -> new AbsentItem(template.key());
      case FileItem f when template instanceof FileItem t && given instanceof FileItem g ->
          new FileItem(
              t.path(),
              pick(t.content(), g.content(), f.content()),
              pick(t.mode(), g.mode(), f.mode()),
              pick(t.owner(), g.owner(), f.owner()));
      case PackageItem f when template instanceof PackageItem t && given instanceof PackageItem g ->
          new PackageItem(t.name(), pick(t.version(), g.version(), f.version()));
      case UserItem f when template instanceof UserItem t && given instanceof UserItem g ->
          new UserItem(
              t.name(),
              pick(t.shell(), g.shell(), f.shell()),
              g.groups().equals(f.groups()) ? t.groups() : f.groups(),
              g.keys().equals(f.keys()) ? t.keys() : f.keys());
      case KernelItem f when template instanceof KernelItem t && given instanceof KernelItem g ->
          new KernelItem(t.name(), pick(t.value(), g.value(), f.value()));
      case AddressItem _ -> template instanceof AddressItem ? template : literal(found);
      case RouteItem f when template instanceof RouteItem t && given instanceof RouteItem g ->
          new RouteItem(t.destination(), pick(t.via(), g.via(), f.via()));
      case FirewallItem f
          when template instanceof FirewallItem t && given instanceof FirewallItem g ->
          new FirewallItem(t.table(), pick(t.rules(), g.rules(), f.rules()));
      case UnitItem f when template instanceof UnitItem t ->
          new UnitItem(t.name(), f.enabled(), f.running(), t.restartOn());
      default -> literal(found);
    };
  }

  private String pick(String template, String given, String found) {
    return given.equals(found) ? template : literal(found);
  }
}
