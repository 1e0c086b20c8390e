package io.cade.engine.device;

import io.cade.agent.wire.DeviceItem;
import java.util.List;

/**
 * An item of a model, whose texts may name parameters and facts.
 *
 * @param after keys of the items that have to be there before it
 */
public record ModelItem(ModelRole role, DeviceItem template, List<String> after) {
  public ModelItem {
    after = List.copyOf(after);
  }

  public String key() {
    return template.key();
  }
}
