package io.cade.agent.hw;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Board Info Area of an inventory EEPROM (IPMI Platform Management FRU Information Storage
 * Definition v1.0 rev. 1.3, §11). Immutable. Fields that the EEPROM leaves out are empty strings.
 *
 * @param manufactured minute of manufacture; null if the area says "unspecified"
 * @param manufacturer board manufacturer
 * @param product board product name
 * @param serial board serial number
 * @param partNumber board part number
 * @param fruFileId version of the file the area was made from
 * @param custom the manufacturer's own fields, in order; Cade's boards hold their MAC address as
 *     {@code MAC=02:ca:de:00:01:03}
 */
public record FruBoardInfo(
    @Nullable Instant manufactured,
    String manufacturer,
    String product,
    String serial,
    String partNumber,
    String fruFileId,
    List<String> custom)
    implements FruResult {

  public FruBoardInfo {
    custom = List.copyOf(custom);
  }
}
