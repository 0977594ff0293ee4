SELECT removals_paused AS "removals_paused!"
FROM scheduler.reconcile_fleet
