package io.cade.agent.wire;

/**
 * One attribute of a device that is not as its model says (SPEC R5).
 *
 * @param key of the {@link DeviceItem}
 * @param attribute for example {@code mode}; {@code presence} when it is missing or too much
 * @param wanted by the model; of long or confidential values only size and digest
 * @param found on the device, likewise
 */
public record ItemDifference(String key, String attribute, String wanted, String found) {
  public ItemDifference {
    Limits.text("key", key, 600);
    Limits.text("attribute", attribute, 32);
    Limits.text("wanted", wanted, 256);
    Limits.text("found", found, 256);
  }
}
