package io.cade.agent.wire;

import java.util.List;

/**
 * How far a device is what its model says, as its agent last looked (SPEC R5).
 *
 * @param label of the model that the device was given last, empty before the first
 * @param checks how often the agent has looked since it started; another number is another look
 * @param differences at most {@value #MAX_DIFFERENCES}
 * @param more how many differences there are beyond those
 * @param pendingChange id of the command whose risky changes wait for a confirmation, 0 for none
 * @param pendingSeconds until they are taken back, unless confirmed
 * @param problem why the agent could not look, else empty
 */
public record ModelStanding(
    String label,
    long checks,
    List<ItemDifference> differences,
    int more,
    long pendingChange,
    int pendingSeconds,
    String problem) {
  public static final int MAX_DIFFERENCES = 64;

  public ModelStanding {
    Limits.text("label", label, 128);
    differences = Limits.list("differences", differences, MAX_DIFFERENCES);
    Limits.text("problem", problem, 512);
  }
}
