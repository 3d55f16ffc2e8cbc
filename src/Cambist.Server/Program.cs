using Cambist.Server;

return await CommandLine.RunAsync(args);
