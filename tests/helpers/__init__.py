"""What tests are made with: samples, random ones, ledgers, files of strangers, servers, the program itself."""
