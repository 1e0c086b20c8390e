package io.cade.engine.cli;

/** What a command does, hung on its picocli specification. */
sealed interface Action {
  /** Whether what it prints is all that it is for. */
  default boolean tells() {
    return switch (this) {
      case Show _, ShowSettings _, CardLogs _, CardInventory _, PlanService _ -> true;
      default -> false;
    };
  }

  /**
   * Asks and shows.
   *
   * @param path of the resource; ends with {@code /} where the command's argument follows
   */
  record Show(String path, View view) implements Action {}

  record CreateService() implements Action {}

  record DeleteService() implements Action {}

  /** Shows a service's certificate, takes one in, or removes the one that was taken in. */
  record ServiceCertificate() implements Action {}

  /** Something that is done to the versions of a service. */
  record VersionWork(VersionTree.Work work) implements Action {}

  /** Something that is done to models or devices. */
  record ModelWork(ModelTree.Work work) implements Action {}

  record PlanService() implements Action {}

  record ResizeService() implements Action {}

  record MoveService() implements Action {}

  record SetSpares() implements Action {}

  /** Lets visitors in, or not. */
  record SwitchService(boolean on) implements Action {}

  record SetService() implements Action {}

  record ShowSettings() implements Action {}

  record DrainCard() implements Action {}

  record UndrainCard() implements Action {}

  record AssignCard() implements Action {}

  record ReleaseCard() implements Action {}

  record PowerCard() implements Action {}

  record LocateCard() implements Action {}

  /** Something that is done to a card's commands or identity. */
  record CommandWork(CommandDesk.Work work) implements Action {}

  record CardLogs() implements Action {}

  record CardInventory() implements Action {}

  record AcknowledgeAlarm() implements Action {}

  /** Something else that is done to alarms. */
  record AlarmWork(AlarmTree.Work work) implements Action {}

  record ExportLeases() implements Action {}

  record ImportLeases() implements Action {}

  record BuildImage() implements Action {}

  record ShowImage() implements Action {}

  record VerifyImage() implements Action {}

  record ImportImage() implements Action {}

  record UseImage() implements Action {}

  record RemoveImage() implements Action {}

  record CreateBackup() implements Action {}

  record VerifyBackup() implements Action {}

  record RestoreBackup() implements Action {}

  record WriteMibs() implements Action {}

  record ShowTraffic() implements Action {}

  record SetLimits() implements Action {}

  record SetAccess() implements Action {}

  record UpdateWork(UpdateTree.Work work) implements Action {}

  /** Something that is done to users. */
  record UserWork(UserTree.Work work) implements Action {}

  /** Carries a command out for many. */
  record Each(EachTree.Of of) implements Action {}

  record StartShell() implements Action {}

  /** Needs one of its sub-commands. */
  record Group() implements Action {}
}
