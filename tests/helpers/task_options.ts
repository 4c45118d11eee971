import type { TaskOptions } from "../../actors/client/client_task.ts";

/** The options of a task for which nothing was asked, as they are told to schedulers and workers. */
export const taskOptions: Readonly<TaskOptions> = {
  kind: "task",
  priority: 0,
  retries: 0,
  timeout: null,
  workers: [],
  allowOthers: false,
  resources: {},
  forget: false,
  restart: "never",
  intensity: 0,
  period: 0,
};
